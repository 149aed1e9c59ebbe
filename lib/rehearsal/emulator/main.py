"""MiniStack, an emulated AWS account, with the resource types it lacks and the local Kubernetes as its EKS.

Environment, besides MiniStack's own:
  REHEARSAL_RUN   directory for what the rehearsal reads: `types.json`, `eks-auth.json`, `pipeline-*.json`
  REHEARSAL_CA    certificate authority of the local Kubernetes, a PEM file
"""

import json
import os

import added_types
import corrections
import kubernetes_bridge
import ministack.app

if __name__ == "__main__":
    run = os.environ["REHEARSAL_RUN"]
    corrections.install()
    kubernetes_bridge.install(run, os.environ["REHEARSAL_CA"])
    types = added_types.install(run)
    with open(os.path.join(run, "types.json"), "w") as file:
        json.dump(types, file, indent=1)
    ministack.app.main()
