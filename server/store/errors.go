package store

import (
	"context"
	"errors"

	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
	"go.etcd.io/etcd/server/v3/storage/mvcc"
	"go.etcd.io/raft/v3"

	"example.com/berth/item"
)

// failure puts an error of etcd in the words of package item.
func (s *Store) failure(err error) error {
	var told *item.Error
	switch {
	case errors.As(err, &told):
		return err
	case errors.Is(err, etcderrors.ErrNoSpace):
		return full()
	case errors.Is(err, etcderrors.ErrRequestTooLarge):
		return &item.Error{Code: item.TooLarge, Detail: "the document is too large for one write"}
	case errors.Is(err, mvcc.ErrCompacted), errors.Is(err, mvcc.ErrFutureRev):
		return &item.Error{
			Code: item.CursorExpired, Detail: "the state this cursor reads from is no longer kept",
			Allowed: "cursors less than ten minutes old, or younger while the store is nearly full",
			Fix:     "list again from the beginning, without cursor",
		}
	case isTransient(err):
		return unavailable()
	default:
		return err
	}
}

func full() error {
	return &item.Error{
		Code: item.StoreFull, Detail: "the store is full",
		Fix: "delete items, and try again some seconds later",
	}
}

func unavailable() error {
	return &item.Error{
		Code: item.Unavailable, Detail: "the store has no leader now, or is stopping; nothing was changed",
		Fix: "try again",
	}
}

// outcomeUnknown is for a write that was handed to the log and not heard of
// again in all the time there is: it may be made, once, at any time or never.
func outcomeUnknown() error {
	return &item.Error{
		Code: item.OutcomeUnknown, Detail: "the write was not confirmed in time; it may have been made, or still be, once",
		Fix: "read the item to see, or send the request again with If-Match or an Idempotency-Key",
	}
}

// isTransient reports whether err may be gone on the next attempt.
func isTransient(err error) bool {
	for _, transient := range []error{
		context.DeadlineExceeded, context.Canceled, raft.ErrProposalDropped, raft.ErrStopped,
		etcderrors.ErrNoLeader, etcderrors.ErrNotLeader, etcderrors.ErrLeaderChanged, etcderrors.ErrTooManyRequests,
		etcderrors.ErrTimeout, etcderrors.ErrTimeoutDueToLeaderFail, etcderrors.ErrTimeoutDueToConnectionLost,
		etcderrors.ErrTimeoutLeaderTransfer, etcderrors.ErrTimeoutWaitAppliedIndex, etcderrors.ErrCanceled,
		etcderrors.ErrUnhealthy, etcderrors.ErrStopped,
	} {
		if errors.Is(err, transient) {
			return true
		}
	}
	return false
}

// isRefused reports whether err says that a write was not taken into the log,
// so that it is certain that it was not made.
func isRefused(err error) bool {
	return errors.Is(err, raft.ErrProposalDropped) || errors.Is(err, etcderrors.ErrTooManyRequests) ||
		errors.Is(err, etcderrors.ErrNoLeader)
}
