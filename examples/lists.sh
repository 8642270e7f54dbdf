#!/usr/bin/env bash
# A list from a terminal, against a running `make run`: a view is saved, downloaded, and
# acted on as a whole; first to see what would happen, then for good, watched live.
#
#   examples/lists.sh                               against http://127.0.0.1:8080
#   GATEHOUSE_URL=http://127.0.0.1:9000 examples/lists.sh
#
# It needs curl, jq and openssl. It may run any number of times; each run makes things
# of its own, named for the time.
me=lists
. "$(dirname "$0")/api.sh"
follower= # the process id of a curl that follows
trap 'rm -rf "$work"; [ -z "$follower" ] || kill "$follower" 2>/dev/null' EXIT

# follow TOKEN SUBSCRIPTION VARIABLES has the messages read by `read -u "$live"`, a line
# of JSON each, until `unfollow`.
follow() {
  exec {live}< <(
    exec curl -sSN --max-time 300 -H @<(printf 'Authorization: Bearer %s' "$1") -H 'Content-Type: application/json' \
      -H 'Accept: text/event-stream' --data-binary @<(jq -n --arg query "$2" --argjson variables "$3" '{$query, $variables}') "$url/graphql"
  )
  follower=$!
}
unfollow() { kill "$follower" 2>/dev/null || true; follower=; exec {live}<&-; }

# message prints the next message of what is followed.
message() {
  local line
  while read -r -t 60 -u "$live" line; do
    case $line in
      'data: '*'"errors"'*) stop "the stream says: $line" ;;
      'data: '?*) jq -c '.data | to_entries[0].value' <<<"${line#data: }"; return ;;
    esac
  done
  stop "the stream ended, or was silent for a minute"
}

ada=$(sign_in ada 'Ada Admin' ADMIN)
ben=$(sign_in ben 'Ben Manager' ENROLLMENT_MANAGER)
unit=$(change "$ada" '
  mutation ($input: CreateBusinessUnitInput!) {
    createBusinessUnit(input: $input) { businessUnit { id } userErrors { code message field } }
  }' "$(jq -n --arg run "$run" '{input: {key: "lists-\($run)", name: "Lists \($run)"}}')" | jq -er .businessUnit.id)
buy_seats "$ada" DEVICE 7 >/dev/null
change "$ada" 'mutation ($input: AllocateSeatsInput!) { allocateSeats(input: $input) { userErrors { code message field } } }' \
  "$(jq -n --arg unit "$unit" '{input: {businessUnitId: $unit, seatType: "DEVICE", allocated: 7}}')" >/dev/null
profile=$(change "$ada" '
  mutation ($input: CreateCertificateProfileInput!) {
    createCertificateProfile(input: $input) { certificateProfile { id } userErrors { code message field } }
  }' "$(jq -n --arg unit "$unit" '{input: {businessUnitId: $unit, name: "Scanners", seatType: "DEVICE", caType: "PRIVATE",
    authenticationMethod: "ENROLLMENT_CODE", enrollmentMethod: "CSR"}}')" | jq -er .certificateProfile.id)
seats=$(change "$ben" '
  mutation ($input: CreateSeatsInput!) {
    createSeats(input: $input) { results { seat { id } userErrors { message } } userErrors { code message field } }
  }' "$(jq -n --arg unit "$unit" '{input: {businessUnitId: $unit, seatType: "DEVICE",
    seats: [range(1; 8) | {seatId: "scanner-\(.)", name: "=Scanner \(.)"}]}}')" | jq -c '[.results[].seat.id]')
change "$ben" 'mutation ($input: EnrollSeatInput!) { enrollSeat(input: $input) { userErrors { code message field } } }' \
  "$(jq -n --argjson seats "$seats" --arg profile "$profile" '{input: {id: $seats[0], profileId: $profile}}')" >/dev/null
say "Ada made a business unit with a profile, and Ben seven seats in it; the first he has enrolled."

# A view, and what it counts.
view=$(change "$ben" '
  mutation ($input: SaveViewInput!) {
    saveView(input: $input) { view { id state count { count } } userErrors { code message field } }
  }' "$(jq -n --arg run "$run" --arg unit "$unit" '{input: {name: "Not enrolled \($run)", columns: ["seatId", "name", "status"],
    list: {seats: {view: "NOT_ENROLLED", filter: {businessUnitIds: [$unit]}, orderBy: {field: "SEAT_ID", direction: "ASC"}}}}}')" | jq .view)
id=$(jq -er .id <<<"$view")
expect "the view's count" 6 "$(jq .count.count <<<"$view")"
expect "the list in its URL" "SEATS NOT_ENROLLED 0" \
  "$(send "$ben" 'query ($state: String!) { listState(state: $state) { list systemView problems { message } } }' "$(jq '{state}' <<<"$view")" |
    jq -r '.listState | "\(.list) \(.systemView) \(.problems | length)"')"
say "He saved the view of those that are not enrolled: $id shows 6."

# The list as a file: by a link that needs no token, and with one.
link=$(change "$ben" 'mutation ($input: CreateExportInput!) { createExport(input: $input) { export { url } userErrors { code message field } } }' \
  "$(jq -n --arg id "$id" '{input: {list: {seats: {viewId: $id}}}}')" | jq -er .export.url)
curl -sSf --max-time 30 --config <(printf 'url = "%s"' "$link") -o "$work/seats.csv" || stop "the link does not download"
expect "the file's lines" 'seatId,name,status|scanner-2,'"'=Scanner 2"',CREATED|7 lines' \
  "$(tr -d '\r' <"$work/seats.csv" | awk 'NR <= 2 { printf "%s|", $0 } END { print NR " lines" }')"
expect "the seats by NDJSON" "=Scanner 7" \
  "$(curl -sSf --max-time 30 -H @<(printf 'Authorization: Bearer %s' "$ben") "$url/export/seats.ndjson?viewId=$id" | jq -rs 'last.name')"
say "He downloaded it: CSV by a link without a token, in which a spreadsheet finds no formula, and NDJSON with his token."

# One action on all that a list shows.
start='
  mutation ($input: StartBulkActionInput!) {
    startBulkAction(input: $input) { job { id size } userErrors { code message field } }
  }'
# finish JOB follows a job to its end, and prints it as it then is. One turn is the
# present, so that nothing is waited for that has happened already.
finish() {
  local one now
  follow "$ben" 'subscription ($id: ID!) { jobProgressed(id: $id) { job { id status size processed succeeded refused outcomes { outcome code count } resultsUrl } } }' \
    "$(jq -n --arg id "$1" '{$id}')"
  while one=$(message); do
    now=$(jq -c .job <<<"$one")
    jq -e '.status | IN("DONE", "CANCELLED", "FAILED")' <<<"$now" >/dev/null && break
  done
  unfollow
  expect "the job's end" DONE "$(jq -r .status <<<"$now")"
  expect "the sum of its outcomes" "$(jq .size <<<"$now")" "$(jq '[.outcomes[].count] | add' <<<"$now")"
  printf '%s\n' "$now"
}
cursor=$(send "$ben" '{ eventCursor }' '{}' | jq -er .eventCursor)
all=$(jq -n --arg unit "$unit" --arg profile "$profile" '{input: {action: "ENROLL", input: {profileId: $profile},
  selection: {seats: {filter: {businessUnitIds: [$unit]}}}}}')
try=$(change "$ben" "$start" "$(jq '.input.dryRun = true' <<<"$all")" | jq -er .job.id)
would=$(finish "$try" | jq -r '"\(.size) \(.succeeded) \(.refused)"')
expect "size, done and refused of the dry run" '7 6 1' "$would"
count='query ($id: ID!) { seats(first: 1, viewId: $id) { totalCount } }'
expect "what the view shows after it" 6 "$(send "$ben" "$count" "$(jq -n --arg id "$id" '{$id}')" | jq .seats.totalCount)"
say "A dry run of enrolling all seven: six would be, one would be refused. Nothing was done."

job=$(change "$ben" "$start" "$(jq --arg run "$run" '.input.idempotencyKey = "lists-\($run)"' <<<"$all")" | jq -er .job.id)
again=$(change "$ben" "$start" "$(jq --arg run "$run" '.input.idempotencyKey = "lists-\($run)"' <<<"$all")" | jq -er .job.id)
expect "the job of a repeat with the same key" "$job" "$again"
done=$(finish "$job")
expect "size, done and refused" "$would" "$(jq -r '"\(.size) \(.succeeded) \(.refused)"' <<<"$done")"
expect "what the view shows" 0 "$(send "$ben" "$count" "$(jq -n --arg id "$id" '{$id}')" | jq .seats.totalCount)"
curl -sSf --max-time 30 -H @<(printf 'Authorization: Bearer %s' "$ben") "$url$(jq -r .resultsUrl <<<"$done")" | tr -d '\r' >"$work/results.csv"
expect "the results of all items" '6 DONE, 1 REFUSED' \
  "$(awk -F, 'NR > 1 { n[$3]++ } END { printf "%d DONE, %d REFUSED", n["DONE"], n["REFUSED"] }' "$work/results.csv")"
say "He did it, repeated the call as if its answer had been lost, and watched one job end: $(jq -c '[.outcomes[] | select(.count > 0) | {(.outcome): .count}] | add' <<<"$done")."

# What happened since the dry run, from the cursor that was read before it.
follow "$ben" 'subscription ($unit: ID!, $after: EventCursor) {
  enrollmentChanged(filter: {businessUnitIds: [$unit]}, after: $after) { change action status cursor enrollment { seatId } } }' \
  "$(jq -n --arg unit "$unit" --arg after "$cursor" '{$unit, $after}')"
for _ in 1 2 3 4 5 6; do message; done >"$work/changes"
unfollow
expect "the changes" '6 ENTERED ENROLL CREATED' "$(jq -r '"\(.change) \(.action) \(.status)"' "$work/changes" | sort | uniq -c | awk '{$1 = $1; print}')"
say "A stream that resumed from before told of six new enrollments, each once: $(jq -rs '[.[].enrollment.seatId] | sort | join(" ")' "$work/changes")."

change "$ben" 'mutation ($input: DeleteViewInput!) { deleteView(input: $input) { deletedId userErrors { code message field } } }' \
  "$(jq -n --arg id "$id" '{input: {$id}}')" >/dev/null
say "Done."
