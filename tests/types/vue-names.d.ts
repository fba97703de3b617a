// The two names of Vue's types that ours mention, so that no whole framework is installed to read them.
declare module "vue" {
  export interface GlobalComponents {}
  export type DefineComponent<Props> = new () => { $props: Props };
}
