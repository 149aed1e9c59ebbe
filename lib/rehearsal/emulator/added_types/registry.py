"""Adds resource types to the emulator's CloudFormation."""

import ministack.services.cloudformation.provisioners as provisioners

_handlers = provisioners._RESOURCE_HANDLERS
_reasons = {}


def known():
    return sorted(_handlers)


def added():
    return dict(_reasons)


def add(name, reason, create, delete, update=None, needs=(), allows=None):
    """Adds a type.

    reason  why it is here and what stands behind it, for the list the rehearsal prints
    needs   properties that must be there
    allows  properties that may be there; all where absent. A property nobody looks at would pass unseen.
    """
    if name in _handlers:
        raise AssertionError(f"the emulator has {name} itself now: remove it here")

    def check(properties):
        missing = [key for key in needs if not properties.get(key)]
        extra = [key for key in properties if allows is not None and key not in allows]
        if missing or extra:
            raise ValueError(f"{name}: missing {missing}, not handled here {extra}")

    def creating(logical_id, properties, stack):
        check(properties)
        return create(logical_id, properties, stack)

    def updating(physical_id, old, new, stack, logical_id=None):
        check(new)
        if update is None:
            raise ValueError(f"{name}: its update is not emulated")
        return update(physical_id, old, new, stack, logical_id)

    _handlers[name] = {"create": creating, "delete": delete, "update": updating, "update_with_logical_id": True}
    _reasons[name] = reason


def accepted(answer):
    """The body of an answer of the emulator's own API; its error fails the resource."""
    status, body = answer[0], answer[2]
    if status >= 400:
        raise ValueError(body.decode() if isinstance(body, bytes) else str(body))
    return body


def camel(value):
    """CloudFormation's names of properties as the API has them."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: camel(item) for key, item in value.items()}
    return [camel(item) for item in value] if isinstance(value, list) else value


def without(properties, *names):
    return {key: value for key, value in properties.items() if key not in names}
