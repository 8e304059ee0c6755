using System.Text.Json;
using Conductor.Configuration.Editing;
using Conductor.Errors;
using Conductor.Host.Audit;
using Conductor.Host.Composition;
using Conductor.Host.Http;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Admin;

/// <summary>Changes the documents of the configuration for a request: on what the caller has seen, noted in the audit log, and in force before it is told.</summary>
internal sealed class DocumentEditor(LaunchSettings launch, HostSettings settings, HttpAudit audit, TimeProvider time)
{
    private readonly SettingsEditor _editor = new(launch.Source, time);
    private readonly SettingsDocuments _documents = new(launch.Source);

    /// <summary>A document as it is written, and its digest.</summary>
    /// <exception cref="ConductorException">It cannot be read.</exception>
    public (JsonElement Root, string Digest) Read(SettingsFile file)
    {
        try
        {
            var text = _documents.Text(file);
            return (SettingsDocuments.Parse(file, text), SettingsDocuments.DigestOf(text));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ConductorException(503, "overloaded_error", "storage_unreadable", "The configuration's file cannot be read now.") { RetryAfter = TimeSpan.FromSeconds(5) };
        }
    }

    /// <summary>Changes a document, unless it is no longer the one that `If-Match` names.</summary>
    /// <param name="http">The request.</param>
    /// <param name="file">Which document.</param>
    /// <param name="change">Makes the change, with what is written now, and says what it was and is. It may be called again on a newer text; what it throws ends the matter.</param>
    /// <returns>What was changed.</returns>
    /// <exception cref="ConductorException">Nothing was changed: 412, 400 with the place in the document, 404, 409 or 503.</exception>
    public Task<DocumentChange> EditAsync(HttpContext http, SettingsFile file, Func<YamlSplice, JsonElement, DocumentChange> change) =>
        EditAsync(http, file, (yaml, root, _) => change(yaml, root));

    /// <summary>As the other, for a change that has to know what the files mean now.</summary>
    public async Task<DocumentChange> EditAsync(HttpContext http, SettingsFile file, Func<YamlSplice, JsonElement, ConductorSettings, DocumentChange> change)
    {
        audit.Require();
        var expected = http.Request.Headers.IfMatch.ToString();
        DocumentChange? made = null;
        var digest = "";
        try
        {
            await _editor.EditAsync(
                file,
                (yaml, now) =>
                {
                    var text = yaml.ToString();
                    if (expected.Length > 0 && expected != "*" && !expected.Split(',', StringSplitOptions.TrimEntries).Contains(Tag(SettingsDocuments.DigestOf(text))))
                    {
                        throw new ConductorException(412, "invalid_request_error", "precondition_failed", "The document has been changed since it was read ('If-Match' names another one). Read it again, and make the change on what it is now.") { ShouldRetry = false };
                    }

                    made = change(yaml, SettingsDocuments.Parse(file, text), now);
                    digest = SettingsDocuments.DigestOf(yaml.ToString());
                },
                http.RequestAborted);
        }
        catch (SettingsEditException refused)
        {
            throw HttpErrors.NotEdited(refused);
        }

        settings.Reload();
        audit.Record(http, made!.Action, made.Target, made.Tenant, Text(made.Before), Text(made.After));
        http.Response.Headers.ETag = Tag(digest);
        return made;
    }

    public static string Tag(string digest) => $"\"{digest}\"";

    private static string? Text(JsonElement? value) => value is { ValueKind: not JsonValueKind.Undefined } known ? known.GetRawText() : null;
}

/// <summary>What a request changes.</summary>
/// <param name="Action">One of <see cref="Conductor.Audit.AuditActions"/>.</param>
/// <param name="Target">What, such as `tenants/acme`.</param>
/// <param name="Tenant">Whose; null = nobody's.</param>
/// <param name="Before">As it was written; null = it was not there.</param>
/// <param name="After">As it is written; null = it is gone.</param>
internal sealed record DocumentChange(string Action, string Target, string? Tenant, JsonElement? Before, JsonElement? After);
