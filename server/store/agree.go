package store

import (
	"slices"

	"example.com/berth/membership"
)

// agree finds the index up to which entries were committed before the first of
// these standings was asked for, or later. It is known if a majority was in the
// same term, and its leader is among them: what was committed by then in a
// later term, a majority had voted for the leader of. One of these would have
// been among them, and in that term. Where they know of other voters than each
// other, two majorities need not have a member in common.
func agree(standings []membership.Standing) (index uint64, ok bool) {
	first := standings[0]
	members := map[uint64]bool{}
	leads := false
	for _, s := range standings {
		if s.Cluster != first.Cluster || s.Term != first.Term || s.Voters != first.Voters || !votes(s) {
			return 0, false
		}
		members[s.Member] = true
		if s.Leads {
			leads, index = true, s.Commit
		}
	}
	return index, leads && len(members) >= majority(first)
}

// votes reports whether the member is among the voters it knows of.
func votes(s membership.Standing) bool {
	return s.Member != 0 && slices.Contains(s.Voters[:], s.Member)
}

// majority is how many voters it takes.
func majority(s membership.Standing) int {
	count := 0
	for _, id := range s.Voters {
		if id != 0 {
			count++
		}
	}
	return count/2 + 1
}
