package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/berth/membership"
)

// start is how a member begins its life.
type start int

const (
	// startWaiting asks again later.
	startWaiting start = iota
	// startExisting reads the log that is there; membership is in it.
	startExisting
	// startAlone begins a new cluster, with this member alone in it.
	startAlone
	// startJoining asks a member of a cluster to be let in.
	startJoining
	// startAfresh gives up the log of a member that was taken off the list,
	// and asks again with an empty volume.
	startAfresh
)

// identity is who a volume belongs to.
type identity struct{ cluster, member uint64 }

// situation is all that the decision how to start depends on.
type situation struct {
	// log is whose log the volume holds; nil if it is empty.
	log *identity
	// peers names the others, and replicas is how many members this one was
	// told that there are to be.
	peers    peers
	replicas int
	// answers are from those of the others that answered, by ordinal.
	answers map[int]membership.Status
}

// decision says how to start. via is the ordinal of a member that knows of a
// majority, -1 if there is none.
type decision struct {
	start start
	via   int
	// why is for the log.
	why string
}

// decide says how to start. The rules, of which the first is that there is
// never a second cluster:
//
//   - A log is started, since a cluster goes on by its members' logs alone.
//     Only a majority's word that the member was taken off the list makes its
//     log worthless; and a majority in another cluster than the log's means
//     that a person must say which one counts.
//   - An empty volume joins the cluster that a majority stands behind. Its
//     own member may be on the list from before the volume was lost.
//   - Only ordinal 0 begins a cluster, and only when every other member that
//     there is to be says itself that it is empty. Silence is not a no: those
//     who do not answer may hold the data. More members than this one was
//     told of may be there, while their number changes: if one of them
//     answers with data that counts too.
//   - Else it waits.
func decide(s situation) decision {
	ordinals := slices.Sorted(maps.Keys(s.answers))
	via, clusters := -1, map[uint64]bool{}
	for _, ordinal := range ordinals {
		if answer := s.answers[ordinal]; answer.Current {
			clusters[answer.Cluster] = true
			if via < 0 {
				via = ordinal
			}
		}
	}
	switch {
	case len(clusters) > 1:
		return decision{why: "there are two clusters; a person must say which one counts, and empty the volumes of the other"}
	case s.log != nil && via < 0:
		return decision{start: startExisting, via: via, why: "the volume has a log"}
	case s.log != nil && !clusters[s.log.cluster]:
		return decision{why: fmt.Sprintf("the volume belongs to another cluster than the one that %s is in; "+
			"a person must say which one counts, and empty the volumes of the other", s.peers.name(via))}
	case s.log != nil && s.answers[via].Has(s.log.member):
		return decision{start: startExisting, via: via, why: "the volume has the log of a member on the list"}
	case s.log != nil:
		return decision{start: startAfresh, why: "the volume has the log of a member that was taken off the list"}
	case via >= 0:
		return decision{start: startJoining, via: via, why: "there is a cluster"}
	}
	for _, ordinal := range ordinals {
		if s.answers[ordinal].State != membership.Empty {
			return decision{why: s.peers.name(ordinal) + " has data, but no majority to let others in yet"}
		}
	}
	if s.peers.ordinal != 0 {
		return decision{why: "there is no cluster yet, and only " + s.peers.name(0) + " may begin one"}
	}
	var silent []string
	for ordinal := 1; ordinal < s.replicas; ordinal++ {
		if _, answered := s.answers[ordinal]; !answered {
			silent = append(silent, s.peers.name(ordinal))
		}
	}
	if len(silent) > 0 {
		return decision{why: "no cluster is begun before each other member says that it has no data; no answer from " + strings.Join(silent, ", ")}
	}
	return decision{start: startAlone, why: "no member has data"}
}
