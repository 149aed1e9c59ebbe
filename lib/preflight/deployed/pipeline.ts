import { GetPipelineStateCommand, paginateListPipelines } from '@aws-sdk/client-codepipeline';
import { names } from '../../config/names';
import { bad, good, type Check } from '../check';

/** A connection that nobody accepted fails the source stage; so does one that was taken back. */
export const pipeline: Check = {
  title: 'pipeline and its connection to the source',
  applies: ({ stacks }) => stacks.pipeline !== undefined,
  async look({ clients, settings }) {
    const found: string[] = [];
    for await (const page of paginateListPipelines({ client: clients.pipelines }, {})) {
      found.push(...(page.pipelines ?? []).map(({ name = '' }) => name));
    }
    const name = found.find((one) => one.startsWith(names.stacks.pipeline));
    if (name === undefined) {
      return bad(
        `no pipeline has a name that begins with ${names.stacks.pipeline}; fix: npx cdk deploy ${names.stacks.pipeline}`,
      );
    }
    const { stageStates = [] } = await clients.pipelines.send(new GetPipelineStateCommand({ name }));
    const failed = stageStates
      .flatMap(({ stageName = '', actionStates = [] }) =>
        actionStates.map((action) => ({ stageName, ...action })),
      )
      .find(({ latestExecution }) => latestExecution?.status === 'Failed');
    if (failed === undefined) {
      const states = stageStates.map(
        (one) => `${one.stageName ?? ''} ${one.latestExecution?.status ?? 'not run yet'}`,
      );
      return good(`${name}: ${states.join(', ')}`);
    }
    const { message = 'no message' } = failed.latestExecution?.errorDetails ?? {};
    const fix = /connection/i.test(message)
      ? `accept the connection at https://${settings.region}.console.aws.amazon.com/codesuite/settings/connections`
      : `https://${settings.region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/${name}/view`;
    return bad(`${failed.stageName}/${failed.actionName ?? ''} of ${name} failed: ${message}; fix: ${fix}`);
  },
};
