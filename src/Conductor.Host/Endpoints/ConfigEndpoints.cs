using System.Text.Json;
using Conductor.Audit;
using Conductor.Configuration;
using Conductor.Configuration.Editing;
using Conductor.Errors;
using Conductor.Host.Audit;
using Conductor.Host.Composition;
using Conductor.Host.Http;
using Conductor.Host.Redaction;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>`/admin/v1/config`: what is in force, what the files would change, and taking them over.</summary>
internal sealed class ConfigEndpoints(HostSettings settings, LaunchSettings launch, SecretRedactor redactor, HttpAudit audit)
{
    private readonly SettingsDocuments _documents = new(launch.Source);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<ConfigEndpoints>(routes.ServiceProvider);
        routes.MapGet("/admin/v1/config", endpoints.ShowAsync).Access(AccessRule.AdminRead);
        routes.MapPost("/admin/v1/config/validate", endpoints.ValidateAsync).Access(AccessRule.Admin);
        routes.MapPost("/admin/v1/config/reload", endpoints.ReloadAsync).Access(AccessRule.Admin);
    }

    private Task ShowAsync(HttpContext http)
    {
        var problems = settings.Problems;
        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "config");
            json.WriteString("digest", settings.Digest);
            json.WriteBoolean("is_current", problems.Count == 0);
            WriteProblems(json, problems);
            WriteLines(json, "notes", settings.Notes);
            json.WriteStartObject("settings");
            foreach (var (path, value) in SettingsView.Of(settings.Current))
            {
                json.WriteString(path, redactor.Clean(value));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private Task ValidateAsync(HttpContext http)
    {
        var load = _documents.Load(new Dictionary<SettingsFile, string>());
        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("valid", load.Settings is not null);
            WriteProblems(json, load.Problems);
            WriteLines(json, "notes", load.Notes);
            WriteLines(json, "changes", load.Settings is { } now ? SettingsDiff.Between(settings.Current, launch.WithCommandLine(now)) : []);
            json.WriteEndObject();
        });
    }

    private async Task ReloadAsync(HttpContext http)
    {
        audit.Require();
        audit.Record(http, AuditActions.ConfigReloadAsked, "config", null, null, null);
        var before = settings.Current;
        var load = settings.Reload();
        if (load.Settings is null)
        {
            var first = load.Problems[0];
            throw new ConductorException(409, "invalid_request_error", "configuration_invalid",
                redactor.Clean($"The files have {load.Problems.Count} mistakes, and the settings before them stay in force. {Path.GetFileName(first.File)}: {first.Path}: {first.Message}")!) { Param = first.Path, ShouldRetry = false };
        }

        await JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "config");
            json.WriteString("digest", settings.Digest);
            WriteLines(json, "changes", SettingsDiff.Between(before, settings.Current));
            json.WriteEndObject();
        });
    }

    private void WriteProblems(Utf8JsonWriter json, IReadOnlyList<SettingsProblem> problems)
    {
        json.WriteStartArray("problems");
        foreach (var problem in problems)
        {
            json.WriteStartObject();
            json.WriteString("file", Path.GetFileName(problem.File));
            if (problem.Line is { } line)
            {
                json.WriteNumber("line", line);
            }

            json.WriteString("path", redactor.Clean(problem.Path));
            json.WriteString("message", redactor.Clean(problem.Message));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteLines(Utf8JsonWriter json, string name, IReadOnlyList<string> lines)
    {
        json.WriteStartArray(name);
        foreach (var line in lines)
        {
            json.WriteStringValue(redactor.Clean(line));
        }

        json.WriteEndArray();
    }
}
