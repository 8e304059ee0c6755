using Conductor.Privacy;

namespace Conductor.Settings;

/// <summary>`privacy:`, of all calls, of a tenant or of a key. What is null is as the tenant's, and then as all calls'.</summary>
public sealed record PrivacySettings
{
    /// <summary>Nothing is said.</summary>
    public static PrivacySettings None { get; } = new();

    /// <summary>What becomes of personal data in prompts.</summary>
    public PrivacyMode? Prompts { get; init; }

    /// <summary>What becomes of personal data in answers.</summary>
    public PrivacyMode? Answers { get; init; }

    /// <summary>What is looked for.</summary>
    public PersonalKinds? Kinds { get; init; }

    /// <summary>Whether anything is to be done.</summary>
    public bool IsActive => Prompts is not (null or PrivacyMode.Off) || Answers is not (null or PrivacyMode.Off);

    /// <summary>These, where they say something, over those of <paramref name="wider"/>.</summary>
    public PrivacySettings Over(PrivacySettings wider)
    {
        ArgumentNullException.ThrowIfNull(wider);
        return new() { Prompts = Prompts ?? wider.Prompts, Answers = Answers ?? wider.Answers, Kinds = Kinds ?? wider.Kinds };
    }
}

/// <summary>What becomes of personal data.</summary>
public enum PrivacyMode
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>A mark takes its place.</summary>
    Mask,

    /// <summary>The call is refused, the answer ended.</summary>
    Block,
}
