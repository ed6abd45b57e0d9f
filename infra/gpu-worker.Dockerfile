# The GPU worker: .NET 10 on the CUDA 12.8 that libtorch 2.10 is built for. Context: the repository.

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src src
RUN dotnet publish src/GpuWorker -c Cloud -p:Cuda=true -r linux-x64 --self-contained false -o /app

# libtorch and CUDA, gigabytes, in a layer of their own, which stays where it is when only the program changes.
RUN mkdir /native && find /app -maxdepth 1 -type f -name '*.so*' -size +1M -exec mv -t /native {} +

FROM nvcr.io/nvidia/cuda:12.8.1-base-ubuntu24.04
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ffmpeg libsndfile1 libgomp1 ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 1654 --create-home --shell /usr/sbin/nologin worker

COPY --from=mcr.microsoft.com/dotnet/aspnet:10.0-noble /usr/share/dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/local/bin/dotnet
COPY --from=build /native /app
COPY --from=build /app /app

ENV ASPNETCORE_HTTP_PORTS=8080 \
    DOTNET_CLI_TELEMETRY_OPTOUT=1 \
    DOTNET_RUNNING_IN_CONTAINER=true \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    NVIDIA_VISIBLE_DEVICES=all
WORKDIR /app
USER worker
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200'"]
ENTRYPOINT ["dotnet", "DgxMusic.GpuWorker.dll"]
