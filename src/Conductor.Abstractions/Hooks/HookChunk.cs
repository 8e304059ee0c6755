namespace Conductor.Hooks;

/// <summary>A piece of an answer's text.</summary>
/// <param name="part">Which part of the answer it belongs to.</param>
/// <param name="kind">What the part is.</param>
/// <param name="choice">Which of several choices, from 0.</param>
public sealed class HookChunk(int part, HookTextKind kind, int choice)
{
    private string _text = "";

    /// <summary>A number for each run of text of one kind; the pieces of one part, put together, are its text.</summary>
    public int Part { get; } = part;

    /// <summary>What the part is.</summary>
    public HookTextKind Kind { get; } = kind;

    /// <summary>Which of several choices it belongs to, from 0.</summary>
    public int Choice { get; } = choice;

    /// <summary>The piece, in UTF-16 that may be cut anywhere; what a hook sets here goes on, and may be empty.</summary>
    public string Text
    {
        get => _text;
        set => _text = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Whether it is the part's last piece; it may be empty then.</summary>
    public bool IsLast { get; set; }
}
