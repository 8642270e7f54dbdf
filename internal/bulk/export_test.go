package bulk

// CutInto makes the batches of jobs that are started from now on smaller, so that a
// test has many of them with few items. Results are found by the same size.
func (js *Jobs) CutInto(items int) { js.batch = items }

// Keep bounds how many items are kept of one person's jobs.
func (js *Jobs) Keep(items int) { js.keptItems = items }
