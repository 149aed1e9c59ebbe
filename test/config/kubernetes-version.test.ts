import { App, Stack } from 'aws-cdk-lib';
import {
  allowedVersions,
  DEFAULT_KUBERNETES_VERSION,
  kubernetesRelease,
  refusal,
  supportWarning,
  upgradeProblem,
} from '../../lib/config/kubernetes-version';

describe('the Kubernetes versions', () => {
  test('can be had whatever the day, but those that EKS makes no clusters of', () => {
    jest.useFakeTimers({ now: new Date('2040-01-01') });
    try {
      expect(allowedVersions()).toEqual(['1.34', '1.35', '1.36']);
      expect(refusal('1.29')).toBe('EKS creates no clusters of it since 2026-03-23');
    } finally {
      jest.useRealTimers();
    }
  });

  test('are warned of once their standard support has ended, that day not included, with the next one up', () => {
    expect(supportWarning('1.34', new Date('2026-12-02T23:00:00Z'))).toBeUndefined();
    expect(supportWarning('1.34', new Date('2026-12-04'))).toBe(
      'kubernetesVersion is 1.34, whose standard support ended on 2026-12-02: ' +
        'EKS moves the control plane up by itself, and leaves nodes and add-ons behind; fix: -c kubernetesVersion=1.35',
    );
    expect(supportWarning('1.35', new Date('2026-12-04'))).toBeUndefined();
    expect(supportWarning('1.36', new Date('2027-08-04'))).toMatch(
      /; fix: add 1\.37 to the table of lib\/config\/kubernetes-version\.ts$/,
    );
  });

  test('that are not in the table are refused, as nothing is known of them', () => {
    expect(refusal('1.37')).toMatch(/not in the table/);
  });

  test.each(['1.34', '1.35', DEFAULT_KUBERNETES_VERSION])(
    '%s has kubectl of its own minor version, and every add-on',
    (version) => {
      const release = kubernetesRelease(version);
      const layer = release.kubectlLayer(new Stack(new App(), 'stack'), 'Layer');
      expect(layer.constructor.name).toBe(`KubectlV${version.slice(2)}Layer`);
      expect(release.addons['kube-proxy']).toMatch(`v${version}.`);
    },
  );

  test.each([
    ['1.35', '1.36'],
    ['1.36', '1.36'],
  ])('go from %s to %s', (from, to) => {
    expect(upgradeProblem(from, to)).toBeUndefined();
  });

  test('never go down, nor up by two', () => {
    expect(upgradeProblem('1.36', '1.35')).toBe(
      'kubernetesVersion is 1.35 and the cluster runs 1.36: a control plane never goes down; allowed: 1.36 or 1.37',
    );
    expect(upgradeProblem('1.34', '1.36')).toBe(
      'kubernetesVersion is 1.36 and the cluster runs 1.34: a control plane goes up one minor version at a time; allowed: 1.35 first',
    );
  });
});
