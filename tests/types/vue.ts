// What a Vue template is checked against.
import type { GlobalComponents } from "vue";
import "belofte/vue";

type Props = InstanceType<GlobalComponents["belofte-careers"]>["$props"];
export const right: Props = { endpoint: "https://api.example.nl", view: "status", "color-scheme": "dark" };
// @ts-expect-error there is no such view
export const wrong: Props = { view: "vacancies" };
