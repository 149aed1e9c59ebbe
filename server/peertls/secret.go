package peertls

import (
	"fmt"
	"strings"
)

// ShortestSecret is the least number of characters in a secret: 32 random
// hexadecimal digits are 128 bits.
const ShortestSecret = 32

// ParseSecrets reads secrets, one a line; space around them and blank lines
// do not count. The error names the file and line, never what is in it.
func ParseSecrets(file string, text []byte) ([]string, error) {
	var secrets []string
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		secret := strings.TrimSpace(line)
		if secret == "" {
			continue
		}
		if len(secret) < ShortestSecret {
			return nil, fmt.Errorf("line %d of %s has a secret of %d characters; allowed: at least %d", number, file, len(secret), ShortestSecret)
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) == 0 {
		return nil, fmt.Errorf("%s is empty; allowed: a secret of at least %d characters a line", file, ShortestSecret)
	}
	return secrets, nil
}
