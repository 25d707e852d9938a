# The kit with all that notebooks and tests need: docker build -t rtlvr . && docker run --rm -p 8888:8888 rtlvr
FROM python:3.12-slim-bookworm
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends bash git make iverilog && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home rtlvr
USER rtlvr
WORKDIR /home/rtlvr/kit
# Packages first: this layer changes only with what setup.sh reads.
COPY --chown=rtlvr pyproject.toml setup.py setup.sh environment.yml README.md LICENSE ./
COPY --chown=rtlvr lib lib
RUN ./setup.sh
COPY --chown=rtlvr . .
EXPOSE 8888
CMD ["bash", "-c", "source .rtlvr-env && cd notebooks && jupyter lab --ip 0.0.0.0 --no-browser"]
