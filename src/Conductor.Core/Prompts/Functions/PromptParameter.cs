namespace Conductor.Prompts;

/// <summary>One parameter of a <see cref="PromptFunction"/>.</summary>
/// <param name="Name">Its name; case does not matter.</param>
/// <param name="Kind">What its values are turned into.</param>
/// <param name="IsRequired">Whether a call without it is an error.</param>
/// <param name="Default">Its value where a call has none.</param>
public sealed record PromptParameter(string Name, PromptValueKind Kind = PromptValueKind.Text, bool IsRequired = true, object? Default = null);

/// <summary>What a function's parameter is.</summary>
public enum PromptValueKind
{
    /// <summary>A string; numbers and times are written in the invariant culture.</summary>
    Text,

    /// <summary>A long.</summary>
    Integer,

    /// <summary>A double.</summary>
    Number,

    /// <summary>A bool.</summary>
    Boolean,

    /// <summary>Whatever was given.</summary>
    Any,
}
