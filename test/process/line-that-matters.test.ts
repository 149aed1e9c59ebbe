import { lineThatMatters } from '../../lib/process/line-that-matters';

describe('the line that matters', () => {
  test.each([
    [
      'what the compiler says',
      'go: downloading x\n# a/b\nserver/id.go:80:1: syntax error: x\nserver/id.go:90:1: more\nError: building at STEP "RUN go build"',
      'server/id.go:80:1: syntax error: x',
    ],
    [
      'the panic, not its stack',
      'starting\npanic: boom\n\ngoroutine 1 [running]:\nmain.init.0()\n\tmain.go:2 +0x25',
      'panic: boom',
    ],
    ['the last line that speaks of an error', 'one failed\nError: disk is full\nbye', 'Error: disk is full'],
    ['the last line, when none does', 'one\ntwo\n\n', 'two'],
  ])('is %s', (_, output, line) => {
    expect(lineThatMatters(output)).toBe(line);
  });

  test('is none when nothing was printed', () => {
    expect(lineThatMatters(' \n\n')).toBeUndefined();
  });

  test('is cut when it is very long', () => {
    expect(lineThatMatters(`error ${'x'.repeat(5000)}`)?.length).toBeLessThan(310);
  });
});
