using System.Diagnostics;
using OpenTelemetry;

namespace Conductor.Host.Redaction;

/// <summary>Spans go out without secrets: names, attributes, what a failure says.</summary>
internal sealed class RedactingProcessor(SecretRedactor redactor) : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        List<KeyValuePair<string, string?>>? changed = null;
        foreach (var (name, value) in data.EnumerateTagObjects())
        {
            if (value is string text && redactor.Clean(text) is var clean && !ReferenceEquals(clean, text))
            {
                (changed ??= []).Add(new(name, clean));
            }
        }

        foreach (var (name, clean) in changed ?? [])
        {
            data.SetTag(name, clean);
        }

        data.DisplayName = redactor.Clean(data.DisplayName)!;
        if (data.StatusDescription is { } description && redactor.Clean(description) is var said && !ReferenceEquals(said, description))
        {
            data.SetStatus(data.Status, said);
        }
    }
}
