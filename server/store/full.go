package store

import (
	"context"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	etcderrors "go.etcd.io/etcd/server/v3/etcdserver/errors"
)

// What is done in a store in which etcd has no space left. It takes no more
// puts then, those of slots and grants of leases included; but deletes, with
// which there is space again, and they are made once nevertheless.

// settle finds out what became of a group that etcd answered with having no
// space: it says so of one that it refused, and of the one that it made with
// the last. The error is etcderrors.ErrNoSpace if nothing was made, and
// nothing will be; the slot is not to be used again then.
func (s *Store) settle(ctx context.Context, l *slot, group []*pending) error {
	found, err := s.burn(ctx, l)
	switch {
	case err != nil:
		return outcomeUnknown()
	case found == nil:
		return etcderrors.ErrNoSpace
	case s.recall(ctx, l, group, found) != nil:
		return outcomeUnknown()
	}
	return nil
}

// burn makes sure that no attempt is made later: it deletes the slot, for
// which there is always space. If one was made already, it finds the slot as
// that left it instead.
func (s *Store) burn(ctx context.Context, l *slot) (made *mvccpb.KeyValue, err error) {
	_, made, err = s.changeSlot(ctx, l, deleteOp(&pb.DeleteRangeRequest{Key: l.key}))
	return made, err
}

// withoutSpace makes a write of a group for which there is no space, if it
// can do without.
func (s *Store) withoutSpace(ctx context.Context, p *pending, stuck func()) error {
	if !p.deletes() {
		return full()
	}
	for {
		found, err := s.read(ctx, p.look)
		if err != nil {
			return err
		}
		at := first(found).GetModRevision()
		if at == 0 {
			p.outcome = outcome{}
			return nil
		}
		if told, err := s.eraseAt(ctx, p, at, stuck); told || err != nil {
			return err
		}
	}
}

// eraseAt makes a delete, if its item was last changed at this revision. told
// is false if it was not: somebody else was quicker.
//
// Without a slot, the item itself keeps it from being made twice: it never is
// at that revision again, so at most one attempt is made, however long others
// linger. And which one was need not be looked up. This member applies the log
// as well: what is made is answered here, before all that comes after it, as
// long as it is waited for. So attempts are waited for when others begin.
func (s *Store) eraseAt(ctx context.Context, p *pending, at int64, stuck func()) (told bool, err error) {
	request := &pb.TxnRequest{
		Compare: append([]*pb.Compare{unchangedSince(p.item, at)}, p.compare...),
		Success: p.change,
		Failure: []*pb.RequestOp{readOp(p.look)},
	}
	type answer struct {
		response *pb.TxnResponse
		err      error
	}
	answers := make(chan answer)
	begin := func() {
		response, err := s.kv.Txn(ctx, request)
		select {
		case answers <- answer{response, err}:
		case <-ctx.Done():
		}
	}
	// waiting is how many attempts are, lost whether one ended without an
	// answer, and changed whether the item is at another revision by now.
	waiting, lost, changed := 0, false, false
	err = s.retry(ctx, func(ctx context.Context) error {
		if !changed {
			waiting++
			s.done.Go(begin)
		}
		for {
			select {
			case <-ctx.Done():
				stuck()
				return ctx.Err()
			case a := <-answers:
				waiting--
				if a.err == nil {
					told = told || p.erased(at, a.response)
					changed = true
				}
				lost = lost || isTransient(a.err) && !isRefused(a.err)
				switch {
				case told || changed && waiting == 0:
					return nil
				case waiting == 0:
					return a.err
				}
			}
		}
	})
	switch {
	case told:
		return true, nil
	case waiting > 0 || lost:
		return false, outcomeUnknown()
	default:
		return false, s.failure(err)
	}
}

// erased reads from the answer to an attempt what became of a delete. It is
// false if the item was at another revision, which tells nothing.
func (p *pending) erased(at int64, response *pb.TxnResponse) bool {
	if response.Succeeded {
		p.outcome = outcome{made: true, revision: response.Header.Revision}
		return true
	}
	found := first(response.Responses[0].GetResponseRange())
	if found.GetModRevision() != at {
		return false
	}
	p.outcome = outcome{found: found}
	return true
}
