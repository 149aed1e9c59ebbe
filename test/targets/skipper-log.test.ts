import { unanswered } from '../../lib/targets/skipper-log';

const line = (said: string) =>
  `[APP]time="2026-11-24T02:50:00Z" level=error msg="error while proxying after 1.2ms, route kube_berth__berth with backend lb http://10.77.2.5:8080, flow id ab12-3-45, ${said}, remote host: 10.77.0.1, request: \\"PUT /v1/items/a HTTP/1.1\\", host: berth.localhost, user agent: \\"\\""`;

describe('the log of the local Ingress controller', () => {
  test('tells a request that was never sent from one that got no answer', () => {
    const log = [
      '[APP]time="2026-11-24T02:49:59Z" level=info msg="route settings applied"',
      line(
        'status code 502: dialing failed true: failed to do backend roundtrip to 10.77.2.5:8080: dial tcp 10.77.2.5:8080: connect: connection refused',
      ),
      line('status code 500: dialing failed false: unexpected error from Go stdlib net/http package: EOF'),
    ].join('\n');
    expect(unanswered(log).map(({ request, to, connected }) => [request, to, connected])).toEqual([
      ['ab12-3-45', '10.77.2.5:8080', false],
      ['ab12-3-45', '10.77.2.5:8080', true],
    ]);
    expect(unanswered(log)[0]?.reason).toMatch(/connect: connection refused$/);
  });

  test('has nothing of requests without a name', () => {
    expect(unanswered(line('status code 502: x').replace(', flow id ab12-3-45', ''))).toEqual([]);
  });
});
