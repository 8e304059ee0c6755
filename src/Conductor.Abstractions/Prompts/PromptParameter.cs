namespace Conductor.Prompts;

/// <summary>One parameter of a <see cref="PromptFunction"/>.</summary>
/// <param name="Name">Its name: letters, digits and `_`; case does not matter.</param>
/// <param name="Kind">What its values are turned into.</param>
/// <param name="IsRequired">Whether a call without it is an error.</param>
/// <param name="Default">Its value where a call has none: text, a number, a truth value or null.</param>
public sealed record PromptParameter(string Name, PromptValueKind Kind = PromptValueKind.Text, bool IsRequired = true, object? Default = null);
