package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// The layout of keys is fixed for ever: volumes outlive programs. The number
// is that of the layout; a new one would get a new number beside this.
const (
	// itemKeys is before the id of each item; the value is the document,
	// byte for byte as it was sent.
	itemKeys = "berth/v1/items/"
	// requestKeys is before the SHA-256, in hexadecimal, of each
	// Idempotency-Key; the value is a marker, and expires with a lease.
	requestKeys = "berth/v1/requests/"
	// slotKeys is before each slot: the lease that it expires with, in 16
	// hexadecimal digits, a slash, and a number. The value is empty; earlier
	// programs left one that nobody reads. No SHA-256 begins like this.
	slotKeys = requestKeys + "slots/"
	// spaceKey is written, with an empty value, when history is given up.
	spaceKey = "berth/v1/space"
)

func itemKey(id string) []byte { return append([]byte(itemKeys), id...) }

func idOf(key []byte) string { return string(key[len(itemKeys):]) }

// requestKey hashes what the client chose, so that keys are all as long.
func requestKey(idempotencyKey string) []byte {
	sum := sha256.Sum256([]byte(idempotencyKey))
	return append([]byte(requestKeys), hex.EncodeToString(sum[:])...)
}

func slotKey(lease int64, number int) []byte {
	return fmt.Appendf(nil, "%s%016x/%d", slotKeys, lease, number)
}

// after is the first key that does not start with prefix. Prefixes here end
// in ASCII, so the last byte can always be raised.
func after(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	end[len(end)-1]++
	return end
}
