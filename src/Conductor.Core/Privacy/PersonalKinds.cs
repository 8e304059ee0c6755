namespace Conductor.Privacy;

/// <summary>Kinds of personal data that are found in texts.</summary>
[Flags]
public enum PersonalKinds
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Addresses of e-mail.</summary>
    Email = 1,

    /// <summary>Account numbers with a valid checksum (IBAN).</summary>
    Iban = 2,

    /// <summary>Numbers of payment cards with a valid checksum (Luhn) and a known issuer's beginning.</summary>
    Card = 4,

    /// <summary>Telephone numbers as people write them: with a country's code, or grouped as in their country.</summary>
    Phone = 8,

    /// <summary>All of them.</summary>
    All = Email | Iban | Card | Phone,
}
