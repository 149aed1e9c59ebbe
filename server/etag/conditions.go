package etag

// Conditions are the preconditions of one request. The zero value always
// holds.
type Conditions struct {
	IfMatch     List
	IfNoneMatch List
}

// None reports whether the request has no preconditions.
func (c Conditions) None() bool { return !c.IfMatch.Given() && !c.IfNoneMatch.Given() }

// Hold reports whether a change may be made to an item whose last change was
// at revision; 0 means there is no item. RFC 9110, section 13.2.2: If-Match
// compares strongly, If-None-Match weakly.
func (c Conditions) Hold(revision int64) bool {
	exists := revision != 0
	if c.IfMatch.Given() && !(exists && c.IfMatch.Strong(revision)) {
		return false
	}
	return !(c.IfNoneMatch.Given() && exists && c.IfNoneMatch.Weak(revision))
}
