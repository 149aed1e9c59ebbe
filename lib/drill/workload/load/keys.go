package load

import (
	"fmt"
	"sync"
)

const (
	// shelves and keys make the items that clients meet at: few enough that
	// they conflict. A list reads one shelf.
	shelves = 8
	keys    = 6
)

// board is what clients know of items in common: the tags that conditions
// need, and items that were posted.
type board struct {
	mutex sync.Mutex
	// tags are the last seen, by key. Another client may have changed it
	// since, which is what conditions are for.
	tags map[string]string
	// posted are ids of items, with their tags; some may be gone.
	posted []string
}

func newBoard() *board { return &board{tags: map[string]string{}} }

func (b *board) see(key, tag string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.tags[key] = tag
}

func (b *board) tag(key string) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.tags[key]
}

// post adds an item to those that all clients look at.
func (b *board) post(id string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.posted = append(b.posted, id)
	if len(b.posted) > 32 {
		b.posted = b.posted[1:]
	}
}

// recent is one of the items posted last, empty if there is none. n is random.
func (b *board) recent(n int) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(b.posted) == 0 {
		return ""
	}
	return b.posted[n%len(b.posted)]
}

// forget drops what was known of the shelves before.
func (b *board) forget() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.tags = map[string]string{}
}

// shelf is the prefix of one shelf's keys. Each epoch has shelves of its own:
// to check a history takes memory with the square of its length.
func shelf(run string, epoch int64, n int) string {
	return fmt.Sprintf("drill-%s-%04d-%d-", run, epoch, n)
}

func key(shelf string, n int) string { return shelf + string(rune('a'+n)) }
