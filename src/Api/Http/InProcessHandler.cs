using System.Net;
using DgxMusic.Contracts;
using DgxMusic.Pipeline.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;

namespace DgxMusic.Api.Http;

/// <summary>The API without a network: requests of this process, which is its owner's, go straight to their handlers. Answers are held in memory, so no downloads.</summary>
public sealed class InProcessHandler(IServiceProvider services) : HttpMessageHandler
{
    // Fixed parts before those that vary, as a server's routing has it: jobs/dismissed is no job's id.
    static readonly (Route Route, TemplateMatcher Matcher)[] table =
    [
        .. ApiRoutes.All.Select(route => (Route: route, Template: TemplateParser.Parse(route.Pattern)))
            .OrderBy(entry => RoutePrecedence.ComputeInbound(entry.Template))
            .Select(entry => (entry.Route, new TemplateMatcher(entry.Template, []))),
    ];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        HttpContext http = await ContextOfAsync(request, answer, cancellationToken);
        await new Guarded(() => Find(http).AnswerAsync(http.Request)).ExecuteAsync(http);
        await http.Response.CompleteAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return AnswerOf(http.Response, answer, request);
    }

    async Task<HttpContext> ContextOfAsync(HttpRequestMessage message, Stream answer, CancellationToken cancel)
    {
        var http = new DefaultHttpContext { RequestServices = services, RequestAborted = cancel };
        http.Features.Set(Caller.Owner);
        http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        (http.Request.Method, http.Request.Scheme, http.Request.Host) = (message.Method.Method, message.RequestUri!.Scheme, new(message.RequestUri.Authority));
        (http.Request.Path, http.Request.QueryString) = (PathString.FromUriComponent(message.RequestUri), QueryString.FromUriComponent(message.RequestUri));
        foreach ((string name, IEnumerable<string> values) in message.Headers) http.Request.Headers[name] = values.ToArray();
        if (message.Content is not { } content) return http;
        foreach ((string name, IEnumerable<string> values) in content.Headers) http.Request.Headers[name] = values.ToArray();
        http.Request.Body = await content.ReadAsStreamAsync(cancel);
        return http;
    }

    static Route Find(HttpContext http)
    {
        foreach ((Route route, TemplateMatcher matcher) in table)
        {
            var values = new RouteValueDictionary();
            if (route.Method != http.Request.Method || !matcher.TryMatch(http.Request.Path, values)) continue;
            http.Request.RouteValues = values;
            return route;
        }

        throw new PipelineException(Problem.RouteNotFound, $"There is no {http.Request.Method} {http.Request.Path}.");
    }

    static HttpResponseMessage AnswerOf(HttpResponse response, MemoryStream body, HttpRequestMessage request)
    {
        var answer = new HttpResponseMessage((HttpStatusCode)response.StatusCode) { RequestMessage = request, Content = new ByteArrayContent(body.ToArray()) };
        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in response.Headers)
        {
            if (!answer.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values!)) answer.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values!);
        }

        return answer;
    }
}
