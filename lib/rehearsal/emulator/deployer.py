"""Makes the user who deploys and prints its keys."""

import json

import boto3

NAME = "deployer"

iam = boto3.client("iam")
iam.create_user(UserName=NAME)
iam.attach_user_policy(UserName=NAME, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
key = iam.create_access_key(UserName=NAME)["AccessKey"]
print(json.dumps({"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}))
