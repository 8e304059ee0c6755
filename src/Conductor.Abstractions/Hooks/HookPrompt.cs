namespace Conductor.Hooks;

/// <summary>What a call asks, as texts.</summary>
public sealed class HookPrompt : HookCall
{
    /// <summary>All texts, in the order in which they stand in the request.</summary>
    public required IReadOnlyList<HookText> Texts { get; init; }
}

/// <summary>One text of a request.</summary>
/// <param name="kind">What it is.</param>
/// <param name="text">The text.</param>
public sealed class HookText(HookTextKind kind, string text)
{
    private string _text = text;

    /// <summary>What it is.</summary>
    public HookTextKind Kind { get; } = kind;

    /// <summary>The text; what a hook sets here is what the model sees.</summary>
    public string Text
    {
        get => _text;
        set => _text = value ?? throw new ArgumentNullException(nameof(value));
    }
}
