"""CloudFormation types that the emulator lacks. One that is neither its own nor among these fails the deployment."""

from . import codebuild, codepipeline, ec2, eks
from .registry import added, known


def install(run):
    """Adds the types and tells of all there are: those of the emulator, and the added ones with the reason."""
    emulated = known()
    for service in (codebuild, ec2, eks):
        service.install()
    codepipeline.install(run)
    return {"emulated": emulated, "added": added()}
