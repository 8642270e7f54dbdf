#!/usr/bin/env bash
# The main job from a terminal, against a running `make run`: three people take a
# server from nothing to an approved certificate request, and one reads who did it.
#
#   examples/quickstart.sh                          against http://127.0.0.1:8080
#   GATEHOUSE_URL=http://127.0.0.1:9000 examples/quickstart.sh
#
# It needs curl, jq and openssl. It may run any number of times; each run makes things
# of its own, named for the time.
me=quickstart
. "$(dirname "$0")/api.sh"

ada=$(sign_in ada 'Ada Admin' ADMIN)
ben=$(sign_in ben 'Ben Manager' ENROLLMENT_MANAGER) # may approve as well, but not his own
eva=$(sign_in eva 'Eva Approver' APPROVER)
say "Signed in as Ada (ADMIN), Ben (ENROLLMENT_MANAGER) and Eva (APPROVER)."

unit=$(change "$ada" '
  mutation ($input: CreateBusinessUnitInput!) {
    createBusinessUnit(input: $input) { businessUnit { id name } userErrors { code message field } }
  }' "$(jq -n --arg run "$run" '{input: {key: "quickstart-\($run)", name: "Quickstart \($run)"}}')" | jq -er .businessUnit.id)
say "Ada made the business unit $unit."

bought=$(buy_seats "$ada" SERVER 5)
say "Ada bought 5 SERVER licences for the account, which now may have $bought."

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
