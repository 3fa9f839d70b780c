/**
 * An email address as it is stored and compared. RFC 5321 leaves the case of the part before the @ to its host, but no
 * host in use tells two people apart by it (RFC 5321 2.4 asks them not to).
 */
export const canonicalEmail = (email: string): string => email.toLowerCase();

/**
 * A password as it is hashed: the same characters give the same hash whichever keyboard composed them (NIST SP 800-63B
 * 5.1.1.2: NFKC or NFKD before hashing).
 */
export const canonicalPassword = (password: string): string => password.normalize('NFKC');
