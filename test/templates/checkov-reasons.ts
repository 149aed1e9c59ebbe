/** Checks of checkov that fail and stay so, and why. The test finds those that no longer apply. */
export const reasoned: readonly { readonly id: string; readonly where: RegExp; readonly reason: string }[] = [
  {
    id: 'CKV_AWS_115',
    where: /AWS::Lambda::Function/,
    reason:
      'CloudFormation alone calls them, one at a time; a reserved share would be taken from the rest of the account',
  },
  {
    id: 'CKV_AWS_116',
    where: /AWS::Lambda::Function/,
    reason:
      'CloudFormation waits for the answer and reports the failure; a queue would only hold what it already said',
  },
  {
    id: 'CKV_AWS_117',
    where: /AWS::Lambda::Function/,
    reason:
      'They speak to AWS’s own APIs and to nothing inside the VPC, which must be deletable before they are',
  },
  {
    id: 'CKV_AWS_149',
    where: /AWS::SecretsManager::Secret/,
    reason:
      'Secrets Manager encrypts them with its key of the account, which no other account can use; who may read them is said by IAM',
  },
  {
    id: 'CKV_AWS_158',
    where: /AWS::Logs::LogGroup/,
    reason:
      'CloudWatch encrypts them with its own key; they hold no secrets, and a key of ours would have to outlive them',
  },
  {
    id: 'CKV_AWS_173',
    where: /AWS::Lambda::Function/,
    reason: 'Their environment holds ARNs and no secret, encrypted with the key of Lambda',
  },
  {
    id: 'CKV_AWS_18',
    where: /AWS::S3::Bucket/,
    reason:
      'One holds access logs itself, the other is reached by the pipeline’s roles alone; CloudTrail has the rest',
  },
  {
    id: 'CKV_AWS_21',
    where: /AWS::S3::Bucket/,
    reason: 'Nothing in them is ever overwritten, and both are emptied with their stack',
  },
  {
    id: 'CKV_AWS_26',
    where: /^berth-pipeline.*AWS::SNS::Topic/,
    reason:
      'It says which action failed and where its log is, and sends that by mail; a key would guard it until then',
  },
  {
    id: 'CKV_AWS_111',
    where: /^berth-pipeline.*ReleaseProjectPolicyDocument/,
    reason: 'Network interfaces of CodeBuild in a VPC, which aws-cdk-lib grants as AWS documents it',
  },
];
