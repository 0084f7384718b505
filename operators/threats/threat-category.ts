/** What a threat is, in the words an alert's `category` has. */
export type ThreatCategory =
  | "injection"
  | "xss"
  | "authentication bypass"
  | "privilege escalation"
  | "data exfiltration"
  | "behavioural anomaly"
  | "brute force"
  | "denial of service"
  | "reconnaissance"
  | "malicious payload";
