namespace Conductor.Privacy;

/// <summary>Personal data in texts that somebody keeps: marks take its place.</summary>
public static class PersonalData
{
    /// <summary>A whole text with marks such as `[EMAIL]` in the places of e-mail addresses, telephone numbers, cards and IBANs; the same object where there is none.</summary>
    public static string Mask(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return PersonalScanner.Mask(text, PersonalKinds.All);
    }
}
