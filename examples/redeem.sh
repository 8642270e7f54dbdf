#!/usr/bin/env bash
# From an invitation to a certificate, against a running `make run`: a manager enrolls
# a seat; the invited person, who has no login, mistypes the code, redeems it with a
# key and a CSR made by openssl, and checks the certificate.
#
#   examples/redeem.sh                          against http://127.0.0.1:8080
#   GATEHOUSE_URL=http://127.0.0.1:9000 examples/redeem.sh
#
# It needs curl, jq and openssl. It may run any number of times; each run makes things
# of its own, named for the time.
me=redeem
. "$(dirname "$0")/api.sh"

ada=$(sign_in ada 'Ada Admin' ADMIN)
ben=$(sign_in ben 'Ben Manager' ENROLLMENT_MANAGER)
say "Signed in as Ada (ADMIN) and Ben (ENROLLMENT_MANAGER)."

unit=$(change "$ada" '
  mutation ($input: CreateBusinessUnitInput!) {
    createBusinessUnit(input: $input) { businessUnit { id } userErrors { code message field } }
  }' "$(jq -n --arg run "$run" '{input: {key: "redeem-\($run)", name: "Redeem \($run)"}}')" | jq -er .businessUnit.id)
buy_seats "$ada" USER 1 >/dev/null
change "$ada" '
  mutation ($input: AllocateSeatsInput!) {
    allocateSeats(input: $input) { seatAllocation { allocated } userErrors { code message field } }
  }' "$(jq -n --arg unit "$unit" '{input: {businessUnitId: $unit, seatType: "USER", allocated: 1}}')" >/dev/null
profile=$(change "$ada" '
  mutation ($input: CreateCertificateProfileInput!) {
    createCertificateProfile(input: $input) { certificateProfile { id issuer } userErrors { code message field } }
  }' "$(jq -n --arg unit "$unit" '{input: {
    businessUnitId: $unit, name: "Staff", seatType: "USER", caType: "PRIVATE", authenticationMethod: "ENROLLMENT_CODE", enrollmentMethod: "CSR",
    subjectTemplate: "CN={seat.name}, O=Example", allowedSans: ["EMAIL"], extendedKeyUsages: ["CLIENT_AUTH", "EMAIL_PROTECTION"], validity: "P90D"}}')" |
  jq -er '.certificateProfile | select(.issuer == "BUILT_IN") | .id')
say "Ada made a business unit with 1 USER licence, and the certificate profile $profile: by code, from the built-in authority, for 90 days."

kim=kim-$run@example.com
seat=$(change "$ada" '
  mutation ($input: CreateSeatInput!) {
    createSeat(input: $input) { seat { id } userErrors { code message field } }
  }' "$(jq -n --arg unit "$unit" --arg kim "$kim" '{input: {businessUnitId: $unit, seatType: "USER", seatId: $kim, name: "Kim Novak", email: $kim}}')" | jq -er .seat.id)
invited=$(change "$ben" '
  mutation ($input: EnrollSeatInput!) {
    enrollSeat(input: $input) { enrollment { id status } code enrollmentUrl userErrors { code message field } }
  }' "$(jq -n --arg profile "$profile" --arg seat "$seat" '{input: {id: $seat, profileId: $profile}}')")
enrollment=$(jq -er .enrollment.id <<<"$invited")
expect "the status" CREATED "$(jq -r .enrollment.status <<<"$invited")"
# What must not be told is handed to jq by the environment, and to curl by a file handle.
link=$(jq -er .enrollmentUrl <<<"$invited") code=$(jq -er .code <<<"$invited")
export token=${link#*#} code
say "Ben enrolled Kim: $enrollment. The link and the code were shown to him this once; the link went to Kim by mail."

mailed=
for _ in $(seq 50); do
  mailed=$(curl -sS --max-time 10 -H @<(printf 'Authorization: Bearer %s' "$ben") "$url/dev/mailbox/messages" |
    jq -er --arg kim "$kim" '[.messages[] | select(.to == $kim and .kind == "INVITATION" and (.text | contains("/enroll#" + env.token)))][0].subject // empty') && break
  sleep 0.2
done
[ -n "$mailed" ] || stop "the invitation is not in the mailbox at $url/dev/mailbox"
say "In the mailbox of dev ($url/dev/mailbox): \"$mailed\"."

shown=$(send '' '
  query ($token: String!) {
    enrollmentInvitation(token: $token) { profileName name codeLength attemptsLeft needsCsr names { subject emailAddresses } }
  }' "$(jq -n '{token: env.token}')" | jq .enrollmentInvitation)
expect "the attempts left" 5 "$(jq -r .attemptsLeft <<<"$shown")"
say "Without a login, the link shows Kim what it is for: $(jq -r '"\(.profileName), \(.names.subject), \(.names.emailAddresses[0])"' <<<"$shown")."

openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/key.pem" -out "$work/request.pem" -subj / \
  2>"$work/openssl.log" || stop "openssl made no CSR: $(cat "$work/openssl.log")"
redeem='
  mutation ($input: RedeemEnrollmentInput!) {
    redeemEnrollment(input: $input) {
      invitation { status attemptsLeft issuance { state } certificate { serialNumber subject pem chainPem } }
      userErrors { code message field }
    }
  }'
why=$(refused WRONG_CODE '' "$redeem" "$(jq -n --rawfile csr "$work/request.pem" '{input: {token: env.token, code: "mistyped", csr: $csr}}')")
say "Kim mistyped the code: \"$why\""

got=$(change '' "$redeem" "$(jq -n --rawfile csr "$work/request.pem" --arg run "$run" \
  '{input: {token: env.token, code: env.code, csr: $csr, idempotencyKey: "redeem-\($run)"}}')" | jq .invitation)
for _ in $(seq 100); do # an authority that takes longer than 10 s is waited for like this
  [ "$(jq -r '.certificate == null and .issuance.state == "REQUESTED"' <<<"$got")" = true ] || break
  sleep 0.5
  got=$(send '' 'query ($token: String!) { enrollmentInvitation(token: $token) { status issuance { state } certificate { serialNumber subject pem chainPem } } }' \
    "$(jq -n '{token: env.token}')" | jq .enrollmentInvitation)
done
expect "the status" REDEEMED "$(jq -r .status <<<"$got")"
jq -r .certificate.pem      <<<"$got" >"$work/certificate.pem"
jq -r .certificate.chainPem <<<"$got" >"$work/chain.pem"
say "Kim redeemed it: $(jq -r '"\(.certificate.subject), serial number \(.certificate.serialNumber)"' <<<"$got")."

# The chain ends with its root. Whoever is in earnest takes the root from its owner,
# as ca/root.pem of dev's data folder, and not from the one who shows the certificate.
awk '/BEGIN CERTIFICATE/ {n++} {print > (folder "/above-" n ".pem")}' folder="$work" "$work/chain.pem"
root=$(ls "$work"/above-*.pem | tail -n 1)
openssl verify -x509_strict -purpose sslclient -CAfile "$root" -untrusted "$work/chain.pem" "$work/certificate.pem" >"$work/openssl.log" 2>&1 ||
  stop "openssl does not accept the certificate: $(cat "$work/openssl.log")"
openssl x509 -in "$work/certificate.pem" -noout -checkemail "$kim" >"$work/openssl.log"
grep -q 'does match' "$work/openssl.log" || stop "the certificate is not for $kim: $(cat "$work/openssl.log")"
expect "the certificate's key" "$(openssl pkey -in "$work/key.pem" -pubout)" "$(openssl x509 -in "$work/certificate.pem" -noout -pubkey)"
say "openssl accepts it: it is for Kim's address and key, and its chain ends at $(openssl x509 -in "$root" -noout -subject -nameopt RFC2253 | cut -d= -f2-)."

state=$(send "$ada" '
  query ($unit: ID!, $id: ID!) {
    seatUsage(businessUnitId: $unit, seatType: USER) { allocated created consumed }
    enrollment(id: $id) { status attempts mails { kind status } auditTrail(first: 20) { nodes { at action outcome code actor { kind name } } } }
  }' "$(jq -n --arg unit "$unit" --arg id "$enrollment" '{$unit, $id}')")
expect "the usage" '{"allocated":1,"created":1,"consumed":1}' "$(jq -c .seatUsage <<<"$state")"
expect "the attempts that count" 1 "$(jq -r .enrollment.attempts <<<"$state")"
expect "the mail" 'INVITATION SENT' "$(jq -r '.enrollment.mails[] | "\(.kind) \(.status)"' <<<"$state")"
say "The seat is consumed. The audit trail says:"
jq -r '.enrollment.auditTrail.nodes | reverse[] | "    \(.at)  \(if .actor.name == "" then .actor.kind else .actor.name end)  \(.action)  \(.outcome)\(if .code then " (\(.code))" else "" end)"' <<<"$state"
grep -qF -e "$token" -e "$code" <<<"$state" && stop "a secret is in the audit trail"
say "Done."
