package job

import "time"

// The pauses between the tries of a job: the first, and the longest.
const (
	firstPause   = 10 * time.Second
	longestPause = time.Hour
)

// pause is how long a job rests after its n-th try failed: twice as long each time,
// and up to a quarter more or less by chance, so that what failed together does not
// come back together. chance is in [0, 1).
func pause(attempt int, chance float64) time.Duration {
	rest := longestPause
	if doublings := attempt - 1; doublings < 9 {
		rest = min(longestPause, firstPause<<max(0, doublings))
	}
	return time.Duration(float64(rest) * (0.75 + chance/2))
}
