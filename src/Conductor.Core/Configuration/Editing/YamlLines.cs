namespace Conductor.Configuration.Editing;

/// <summary>Lines of a text, by the places of characters in it.</summary>
internal static class YamlLines
{
    /// <summary>How its lines end.</summary>
    public static string EndOf(string text) => text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    public static int StartOf(string text, int at) => at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;

    public static int ColumnOf(string text, int at) => at - StartOf(text, at);

    /// <summary>Before the characters that end a place's line.</summary>
    public static int EndOfLine(string text, int at)
    {
        var end = text.IndexOf('\n', at);
        return end < 0 ? text.Length : end > 0 && text[end - 1] == '\r' ? end - 1 : end;
    }

    /// <summary>Where the next line begins.</summary>
    public static int BehindLineOf(string text, int at) => text.IndexOf('\n', at) is >= 0 and var end ? end + 1 : text.Length;
}
