#!/usr/bin/env bash
# The main job from a terminal, against a running `make run`: three people take a
# server from nothing to an approved certificate request, and one reads who did it.
#
#   examples/quickstart.sh                          against http://127.0.0.1:8080
#   GATEHOUSE_URL=http://127.0.0.1:9000 examples/quickstart.sh
#
# It needs curl, jq and openssl. Every answer is checked: at the first surprise it
# prints the answer and exits 1. It may run any number of times; each run makes
# things of its own, named for the time.
set -euo pipefail
shopt -s inherit_errexit # a failure inside $(…) is one too

url=${GATEHOUSE_URL:-http://127.0.0.1:8080}
run=$(date -u +%Y%m%d-%H%M%S)-$$
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say()  { printf '%s\n' "- $*"; }
stop() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# sign_in SUBJECT NAME ROLE prints a token of that person, for all business units.
# Only a development server hands these out; elsewhere they come from the identity
# provider.
sign_in() {
  local answer
  answer=$(jq -n --arg subject "$1" --arg name "$2" --arg role "$3" \
      '{subject: $subject, name: $name, email: ($subject + "@example.com"), roles: [$role], businessUnits: ["*"]}' |
    curl -sS --max-time 30 -H 'Content-Type: application/json' --data-binary @- "$url/dev/token") ||
    stop "no token from $url/dev/token"
  jq -er .token <<<"$answer" || stop "no token for $2 from $url/dev/token; is that a development server? It answered: $answer"
}

# send TOKEN DOCUMENT VARIABLES prints the data of the answer. A fault, such as a
# bad document or a missing permission on a read, is a surprise.
send() {
  local answer
  # The token goes in by a file handle: arguments are seen by everyone on this machine.
  answer=$(jq -n --arg query "$2" --argjson variables "$3" '{$query, $variables}' |
    curl -sS --max-time 60 -H @<(printf 'Authorization: Bearer %s' "$1") -H 'Content-Type: application/json' \
      --data-binary @- "$url/graphql") || stop "no answer from $url/graphql"
  jq -e 'has("data") and (has("errors") | not)' <<<"$answer" >/dev/null ||
    stop "the server answered with an error: $answer"
  jq .data <<<"$answer"
}

# change TOKEN DOCUMENT VARIABLES runs one mutation and prints its payload. A
# refusal is a surprise.
change() {
  local payload
  payload=$(send "$@" | jq 'to_entries[0].value')
  jq -e '.userErrors == []' <<<"$payload" >/dev/null || stop "the server refused: $payload"
  printf '%s\n' "$payload"
}

# refused CODE TOKEN DOCUMENT VARIABLES runs one mutation that must be refused with
# that code, and prints the server's sentence.
refused() {
  local payload
  payload=$(send "${@:2}" | jq 'to_entries[0].value')
  jq -er --arg code "$1" '.userErrors | select(length == 1 and .[0].code == $code) | .[0].message' <<<"$payload" ||
    stop "expected the refusal $1, but the server answered: $payload"
}

# expect WHAT WANTED GOT compares.
expect() { [ "$2" = "$3" ] || stop "expected $1 to be $2, but it is $3"; }

for tool in curl jq openssl; do
  command -v "$tool" >/dev/null || stop "$tool is not installed"
done
curl -sSf --max-time 10 "$url/readyz" >/dev/null || stop "no server is ready at $url; start one with make run"

ada=$(sign_in ada 'Ada Admin' ADMIN)
ben=$(sign_in ben 'Ben Manager' ENROLLMENT_MANAGER) # may approve as well, but not his own
eva=$(sign_in eva 'Eva Approver' APPROVER)
say "Signed in as Ada (ADMIN), Ben (ENROLLMENT_MANAGER) and Eva (APPROVER)."

unit=$(change "$ada" '
  mutation ($input: CreateBusinessUnitInput!) {
    createBusinessUnit(input: $input) { businessUnit { id name } userErrors { code message field } }
  }' "$(jq -n --arg run "$run" '{input: {key: "quickstart-\($run)", name: "Quickstart \($run)"}}')" | jq -er .businessUnit.id)
say "Ada made the business unit $unit."

# The pool may be used by others: raise it by what is needed, and only if nobody
# changed it since it was read (expectedVersion).
pool=$(send "$ada" '{ seatLicenses { seatType purchased allocated version } }' '{}' |
  jq -e '.seatLicenses[] | select(.seatType == "SERVER")') || stop "the account has no pool of SERVER licences"
if jq -e '.purchased == null' <<<"$pool" >/dev/null; then
  say "The account may have any number of SERVER licences: none had to be bought."
else
  bought=$(change "$ada" '
    mutation ($input: SetPurchasedSeatsInput!) {
      setPurchasedSeats(input: $input) { seatLicense { purchased unallocated } userErrors { code message field } }
    }' "$(jq '{input: {seatType, purchased: (.purchased + 5), expectedVersion: .version}}' <<<"$pool")" | jq -er .seatLicense.purchased)
  say "Ada raised the account's SERVER licences to $bought."
fi

allocation=$(change "$ada" '
  mutation ($input: AllocateSeatsInput!) {
    allocateSeats(input: $input) { seatAllocation { allocated created consumed } userErrors { code message field } }
  }' "$(jq -n --arg unit "$unit" '{input: {businessUnitId: $unit, seatType: "SERVER", allocated: 5}}')" | jq -er .seatAllocation.allocated)
expect "the allocation" 5 "$allocation"
say "Ada allocated 5 of them to the business unit."

profile=$(change "$ada" '
  mutation ($input: CreateCertificateProfileInput!) {
    createCertificateProfile(input: $input) { certificateProfile { id } userErrors { code message field } }
  }' "$(jq -n --arg unit "$unit" '{input: {
    businessUnitId: $unit, name: "Web servers", seatType: "SERVER", caType: "PRIVATE",
    authenticationMethod: "MANUAL_APPROVAL", enrollmentMethod: "CSR", approvalsRequired: 1,
    allowedKeys: ["EC_P256"], allowedSans: ["DNS"]}}')" | jq -er .certificateProfile.id)
say "Ada made the certificate profile $profile: a CSR, and one approval."

host=web-$run.example.com
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key.pem" -out "$work/request.pem" \
  -subj "/CN=$host" -addext "subjectAltName=DNS:$host" 2>"$work/openssl.log" || stop "openssl made no CSR: $(cat "$work/openssl.log")"
say "openssl made a key and a CSR for $host."

request=$(change "$ben" '
  mutation ($input: RequestEnrollmentInput!) {
    requestEnrollment(input: $input) {
      enrollment { id status seat { id } requestedNames { subject dnsNames key } }
      userErrors { code message field }
    }
  }' "$(jq -n --arg profile "$profile" --arg host "$host" --rawfile csr "$work/request.pem" '{input: {
    profileId: $profile, seatId: $host, name: "Quickstart web server", csr: $csr, comment: "The quickstart asks for it."}}')")
enrollment=$(jq -er .enrollment.id <<<"$request")
expect "the status" PENDING "$(jq -r .enrollment.status <<<"$request")"
expect "the CSR's name" "$host" "$(jq -r '.enrollment.requestedNames.dnsNames[0]' <<<"$request")"
expect "the CSR's key" EC_P256 "$(jq -r .enrollment.requestedNames.key <<<"$request")"
expect "the seat before approval" null "$(jq -r .enrollment.seat <<<"$request")"
say "Ben requested $enrollment; it is PENDING, and uses no licence yet."

approve='
  mutation ($input: ApproveEnrollmentInput!) {
    approveEnrollment(input: $input) {
      enrollment { status expiresAt seat { id seatId status } }
      userErrors { code message field }
      replayed
    }
  }'
why=$(refused OWN_REQUEST "$ben" "$approve" "$(jq -n --arg id "$enrollment" '{input: {id: $id}}')")
say "Ben tried to approve it himself and was refused: \"$why\""

decision=$(jq -n --arg id "$enrollment" --arg run "$run" '{input: {id: $id, comment: "Checked with the web team.", idempotencyKey: "quickstart-\($run)"}}')
approved=$(change "$eva" "$approve" "$decision")
expect "the status" APPROVED "$(jq -r .enrollment.status <<<"$approved")"
expect "the seat" "$host" "$(jq -r .enrollment.seat.seatId <<<"$approved")"
expect "replayed" false "$(jq -r .replayed <<<"$approved")"
say "Eva approved it; the seat $(jq -r .enrollment.seat.id <<<"$approved") was made, and the certificate can be picked up until $(jq -r .enrollment.expiresAt <<<"$approved")."

again=$(change "$eva" "$approve" "$decision")
expect "replayed" true "$(jq -r .replayed <<<"$again")"
say "Eva sent the same again with the same idempotency key: nothing happened twice."

usage=$(send "$ada" '
  query ($unit: ID!) { seatUsage(businessUnitId: $unit, seatType: SERVER) { allocated created consumed available } }' \
  "$(jq -n --arg unit "$unit" '{unit: $unit}')" | jq -c .seatUsage)
expect "the usage" '{"allocated":5,"created":1,"consumed":0,"available":4}' "$usage"
say "The business unit has 5 SERVER licences: 1 seat is created, 0 are consumed, 4 are available."

trail=$(send "$ada" '
  query ($id: ID!) {
    enrollment(id: $id) { auditTrail(first: 10) { nodes { at action outcome code actor { name } comment } } }
  }' "$(jq -n --arg id "$enrollment" '{id: $id}')" | jq '.enrollment.auditTrail.nodes')
expect "the audit trail" 'REQUEST SUCCESS, APPROVE REFUSED, APPROVE SUCCESS' \
  "$(jq -r 'reverse | map("\(.action) \(.outcome)") | join(", ")' <<<"$trail")"
say "The audit trail says:"
jq -r 'reverse[] | "    \(.at)  \(.actor.name)  \(.action)  \(.outcome)\(if .code then " (\(.code))" else "" end)\(if .comment != "" then "  \"\(.comment)\"" else "" end)"' <<<"$trail"
say "Done."
