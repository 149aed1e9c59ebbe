import json

import ministack.services.eks as eks

from .registry import accepted, add, camel, without

ADDON_NAMESPACE = "kube-system"
_API = "made through the emulator's own API, which has it; its CloudFormation does not"


def install():
    add("AWS::EKS::Addon", _API, _create_addon, _delete_addon, _update_addon, needs=("ClusterName", "AddonName"))
    add(
        "AWS::EKS::AccessEntry",
        _API,
        _create_entry,
        lambda entry, properties: accepted(
            eks._delete_access_entry(properties["ClusterName"], properties["PrincipalArn"])
        ),
        needs=("ClusterName", "PrincipalArn"),
    )
    add(
        "AWS::EKS::PodIdentityAssociation",
        _API,
        _create_association,
        lambda arn, properties: accepted(
            eks._delete_pod_identity_association(properties["ClusterName"], arn.rsplit("/", 1)[1])
        ),
        needs=("ClusterName", "Namespace", "ServiceAccount", "RoleArn"),
    )


def _create_addon(logical_id, properties, stack):
    body = camel(without(properties, "Tags", "ClusterName"))
    addon = json.loads(accepted(eks._create_addon(properties["ClusterName"], body)))["addon"]
    # The service makes them in the namespace of the add-on; the emulator only remembers that they were asked for.
    for association in body.get("podIdentityAssociations", []):
        request = {"namespace": ADDON_NAMESPACE, **association}
        accepted(eks._create_pod_identity_association(properties["ClusterName"], request))
    return f"{properties['ClusterName']}|{properties['AddonName']}", {"Arn": addon["addonArn"]}


def _update_addon(physical_id, old, new, stack, logical_id):
    addon = eks._addons["/".join(physical_id.split("|"))]
    addon.update(camel(without(new, "Tags", "ClusterName")))
    return physical_id, {"Arn": addon["addonArn"]}


def _delete_addon(physical_id, properties):
    cluster, name = physical_id.split("|")
    accounts = [one["ServiceAccount"] for one in properties.get("PodIdentityAssociations", [])]
    for known in list(eks._pod_identity_associations.values()):
        if known["clusterName"] == cluster and known["namespace"] == ADDON_NAMESPACE and known["serviceAccount"] in accounts:
            accepted(eks._delete_pod_identity_association(cluster, known["associationId"]))
    accepted(eks._delete_addon(cluster, name))


def _create_entry(logical_id, properties, stack):
    cluster, principal = properties["ClusterName"], properties["PrincipalArn"]
    body = {
        "principalArn": principal,
        "type": properties.get("Type", "STANDARD"),
        "username": properties.get("Username", ""),
        "kubernetesGroups": properties.get("KubernetesGroups", []),
    }
    entry = json.loads(accepted(eks._create_access_entry(cluster, body)))["accessEntry"]
    for policy in properties.get("AccessPolicies", []):
        accepted(eks._associate_access_policy(cluster, principal, camel(policy)))
    return f"{principal}|{cluster}", {"AccessEntryArn": entry["accessEntryArn"]}


def _create_association(logical_id, properties, stack):
    body = camel(without(properties, "Tags", "ClusterName"))
    answer = accepted(eks._create_pod_identity_association(properties["ClusterName"], body))
    association = json.loads(answer)["association"]
    arn = association["associationArn"]
    return arn, {"AssociationArn": arn, "AssociationId": association["associationId"]}
