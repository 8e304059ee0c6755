using System.Globalization;
using System.Text;

namespace Conductor.Schemas;

/// <summary>Where a check stands in the instance. Text is made only when there is something to report.</summary>
internal sealed class InstancePath
{
    private readonly List<(string? Name, int Index)> _steps = [];

    public int Depth => _steps.Count;

    public void Push(string name) => _steps.Add((name, 0));

    public void Push(int index) => _steps.Add((null, index));

    public void Pop() => _steps.RemoveAt(_steps.Count - 1);

    /// <summary>The path as text, <paramref name="member"/> appended when given.</summary>
    public string Render(string? member = null)
    {
        var text = new StringBuilder();
        foreach (var (name, index) in _steps)
        {
            _ = name is null ? text.Append(CultureInfo.InvariantCulture, $"[{index}]") : Append(text, name);
        }

        return member is null ? text.ToString() : Append(text, member).ToString();
    }

    /// <summary><paramref name="path"/> with a member's name at its end.</summary>
    public static string Join(string path, string name) => Append(new StringBuilder(path), name).ToString();

    /// <summary><paramref name="path"/> with an index at its end.</summary>
    public static string Join(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    private static StringBuilder Append(StringBuilder text, string name)
    {
        if (name.Length == 0 || !name.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '-' or '$'))
        {
            return text.Append("[\"").Append(JsonValues.Cut(name)).Append("\"]");
        }

        return text.Length == 0 ? text.Append(name) : text.Append('.').Append(name);
    }
}
