/** What is not what it is in an account, and what stands in its place; told with every result. */
export const STAND_INS: Readonly<Record<string, string>> = {
  'the AWS account':
    'MiniStack, on this machine: CloudFormation, IAM with signatures and policies, Lambda, S3, SSM, ECR and the rest',
  'EKS and its nodes':
    'the local Kubernetes of this project, whatever version the app asks for; nodes and add-ons are records',
  'EKS authentication':
    'a proxy that has tokens reviewed by the emulated account; AmazonEKSClusterAdminPolicy is system:masters, other policies grant nothing',
  'EBS volumes':
    'the local volume provisioner under the name ebs.csi.aws.com, and a record of each volume in the account',
  'AWS Load Balancer Controller':
    'a chart of that name and version, installed by the real helm, and a program that keeps load balancers as records; requests go through the local Ingress controller',
  'External Secrets Operator':
    'a chart of that name and version with its kinds of object, installed by the real helm, and a program that copies values of the emulated Secrets Manager',
  'docker for image assets':
    "this project's own image builder; pushed to the account's ECR and pulled from it by containerd",
};
