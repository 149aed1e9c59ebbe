"""Every cluster of the emulated EKS is the local Kubernetes.

The emulator starts a k3s in Docker where there is one. Here its clusters get the certificate authority and the port of
the rehearsal's authenticator, and what the authenticator must know is written to `eks-auth.json`: where tokens are
reviewed, and which access policy stands behind a group.
"""

import base64
import json
import os

import ministack.services.eks as eks
from ministack.core.responses import get_account_id, get_region


def install(run, authority):
    with open(authority, "rb") as file:
        certificate = base64.b64encode(file.read()).decode()
    file = os.path.join(run, "eks-auth.json")
    known = {"path": None, "policies": {}}

    def save():
        with open(f"{file}.new", "w") as new:
            json.dump(known, new)
        os.replace(f"{file}.new", file)  # The authenticator reads it at any moment.

    create_cluster = eks._create_cluster
    associate = eks._associate_access_policy

    def created(body, creator_arn=None):
        answer = create_cluster(body, creator_arn)
        if answer[0] < 400:
            cluster = eks._clusters[body["name"]]
            cluster["certificateAuthority"]["data"] = certificate
            known["path"] = (
                f"/_ministack/eks-auth/{get_account_id()}/{get_region()}/{body['name']}/{cluster['_auth_token']}"
            )
            known["policies"] = {}
            save()
            eks._port_counter[0] = eks.EKS_BASE_PORT  # The next one would have another port.
        return answer

    def associated(cluster, principal, body):
        answer = associate(cluster, principal, body)
        if answer[0] < 400:
            group = eks._access_policy_group(cluster, principal, body["policyArn"])
            scope = body.get("accessScope", {})
            known["policies"][group] = {
                "policy": body["policyArn"].rsplit("/", 1)[1],
                "scope": scope.get("type"),
                "namespaces": scope.get("namespaces", []),
            }
            save()
        return answer

    eks._get_docker = lambda: None
    eks._create_cluster = created
    eks._associate_access_policy = associated
    save()
