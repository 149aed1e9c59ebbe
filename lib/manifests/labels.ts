import { contract } from '../contract';

/**
 * What selects the pods, here and in every Service and policy.
 * Immutable in a StatefulSet: a label added here makes `kubectl apply` fail on every running installation.
 */
export const selector: Readonly<Record<string, string>> = contract.labels;

/** The same as `kubectl --selector` takes it. */
export const selectorText: string = Object.entries(selector)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');

/** The labels every object carries: those that select, and those that people read. */
export const labels: Readonly<Record<string, string>> = {
  ...selector,
  'app.kubernetes.io/part-of': contract.name,
};
