// Made from the table of attributes and events. Do not change by hand.

import type { DefineComponent } from "vue";
import type { BelofteAttributes } from "./belofte.js";

declare module "vue" {
  interface GlobalComponents {
    "belofte-careers": DefineComponent<BelofteAttributes>;
  }
}
