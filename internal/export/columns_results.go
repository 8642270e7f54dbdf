package export

import "gatehouse/internal/bulk"

// results are the columns of what came of a job's item.
var results = []column[bulk.JobResult]{
	plain("position", func(r *bulk.JobResult) any { return r.Position }),
	plain("id", func(r *bulk.JobResult) any { return r.ID.String() }),
	plain("outcome", func(r *bulk.JobResult) any { return string(r.Outcome) }),
	plain("code", func(r *bulk.JobResult) any { return wordOrNil(r.Code) }),
	plain("message", func(r *bulk.JobResult) any { return orNil(r.Message) }),
}
