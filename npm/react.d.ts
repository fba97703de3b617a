// Made from the table of attributes and events. Do not change by hand.

import type * as React from "react";
import type { BelofteAttributes, BelofteCareers, BelofteEvents } from "./belofte.js";

/** `onbelofte-applied={…}`: React 19 listens to custom events by their names. */
type BelofteHandlers = { [K in keyof BelofteEvents as `on${K}`]?: (event: BelofteEvents[K]) => void };

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "belofte-careers": React.DetailedHTMLProps<React.HTMLAttributes<BelofteCareers>, BelofteCareers> & BelofteAttributes & BelofteHandlers;
    }
  }
}
