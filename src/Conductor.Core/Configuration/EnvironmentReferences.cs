using System.Text;
using Conductor.Schemas;
using Conductor.Text;

namespace Conductor.Configuration;

/// <summary>Replaces `${NAME}` and `${NAME:-default}` in strings; `$${` writes a `${` that stays.</summary>
/// <remarks>A variable that is set to nothing is nothing; `:-` takes its place as it does for one that is not set, as in a shell.</remarks>
internal sealed class EnvironmentReferences(IReadOnlyDictionary<string, string> environment, string file, ProblemList problems)
{
    /// <summary>Replaces in all values below <paramref name="node"/>.</summary>
    /// <param name="node">The tree, changed in place.</param>
    /// <param name="path">Its path.</param>
    /// <param name="lenient">True where an unset variable is no mistake: it is then nothing.</param>
    public void Replace(SettingsNode node, string path, bool lenient)
    {
        switch (node.Kind)
        {
            case SettingsNodeKind.Scalar when node.Text.Contains("${", StringComparison.Ordinal):
                node.Text = Text(node, path, lenient, out _);
                break;
            case SettingsNodeKind.List:
                for (var i = 0; i < node.Items.Count; i++)
                {
                    Replace(node.Items[i], InstancePath.Join(path, i), lenient);
                }

                break;
            case SettingsNodeKind.Object:
                foreach (var member in node.Members)
                {
                    Replace(member.Value, InstancePath.Join(path, member.Name), lenient);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>A secret's text: empty as soon as one variable in it is missing.</summary>
    public void ReplaceSecret(SettingsNode node, string path)
    {
        var text = Text(node, path, lenient: true, out var missing);
        node.Text = missing ? "" : text.Trim();
        problems.Hide(node.Text);
    }

    private string Text(SettingsNode node, string path, bool lenient, out bool missing)
    {
        missing = false;
        var written = node.Text;
        var text = new StringBuilder(written.Length);
        for (var i = 0; i < written.Length; i++)
        {
            if (written.AsSpan(i).StartsWith("$${"))
            {
                text.Append("${");
                i += 2;
                continue;
            }

            if (!written.AsSpan(i).StartsWith("${"))
            {
                text.Append(written[i]);
                continue;
            }

            var end = written.IndexOf('}', i);
            var inside = end < 0 ? "" : written[(i + 2)..end];
            var separator = inside.IndexOf(":-", StringComparison.Ordinal);
            var name = separator < 0 ? inside : inside[..separator];
            if (end < 0 || !IsName(name))
            {
                problems.Add(file, node.Line, path, "holds a '${' that is no reference; write ${NAME}, ${NAME:-default}, or $${ for the characters themselves");
                return text.ToString();
            }

            var value = environment.GetValueOrDefault(name);
            if (!string.IsNullOrEmpty(value))
            {
                problems.Hide(value);
                text.Append(value);
            }
            else if (separator >= 0)
            {
                text.Append(inside, separator + 2, inside.Length - separator - 2);
            }
            else if (value is null)
            {
                missing = true;
                if (!lenient)
                {
                    problems.Add(file, node.Line, path, $"needs the environment variable '{name}', which is not set{Hint(name)}; set it, or write ${{{name}:-default}}");
                }
            }
            else
            {
                missing = true;
            }

            i = end;
        }

        return text.ToString();
    }

    private string Hint(string name)
    {
        // Only a slip of the hand: a variable that merely begins alike is another one.
        var nearest = NearestName.Find(name, environment.Keys.Where(key => Math.Abs(key.Length - name.Length) <= 2));
        return nearest is null ? "" : $" (nearest: '{nearest}')";
    }

    private static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
