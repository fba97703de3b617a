// Types alone: nothing to run.
export {};
