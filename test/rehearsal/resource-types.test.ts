import { typesInUse } from '../../lib/rehearsal/resource-types';

const known = { emulated: ['AWS::S3::Bucket'], added: { 'AWS::EC2::EIP': 'through its API' } };
const template = (...types: string[]) => ({
  Resources: Object.fromEntries(types.map((Type, i) => [`R${i}`, { Type }])),
});

test('the types that are added are told with their reason, each once', () => {
  const templates = [template('AWS::S3::Bucket', 'AWS::EC2::EIP'), template('AWS::EC2::EIP'), {}];
  expect(typesInUse(templates, known)).toEqual({ count: 2, added: { 'AWS::EC2::EIP': 'through its API' } });
});

test('types nobody emulates are refused, all of them in one message', () => {
  const templates = [template('AWS::Budgets::Budget', 'AWS::S3::Bucket'), template('AWS::EC2::FlowLog')];
  expect(() => typesInUse(templates, known)).toThrow(
    'knows no AWS::Budgets::Budget, no AWS::EC2::FlowLog; allowed: types of MiniStack',
  );
});

test('custom resources are what their Lambda makes of them', () => {
  expect(
    typesInUse([template('Custom::Anything', 'AWS::CloudFormation::CustomResource')], known).added,
  ).toEqual({});
});
