namespace Conductor.Providers.Local.Text;

/// <summary>A sentence of a text.</summary>
/// <param name="Start">Index of its first character in the text.</param>
/// <param name="Length">Its length in the text, without the white space around it.</param>
/// <param name="Text">The sentence with every run of white space made one space.</param>
/// <param name="IsHeading">A short line of its own without an end mark.</param>
internal sealed record Sentence(int Start, int Length, string Text, bool IsHeading);
